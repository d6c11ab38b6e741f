// Each customer carries a number made from its key, by which random shares are dealt out. Cypher has
// no hash function: storage/cohorts.py numbers those that exist, and each later one as it is saved.
