// The audit log: entries in partitions, and the chain of seals over them. See storage/audit/.
CREATE CONSTRAINT audit_partition IF NOT EXISTS FOR (n:AuditPartition) REQUIRE n.number IS UNIQUE;
CREATE CONSTRAINT audit_entry IF NOT EXISTS FOR (n:AuditEntry) REQUIRE (n.partition, n.number) IS UNIQUE;
CREATE CONSTRAINT audit_seal IF NOT EXISTS FOR (n:AuditSeal) REQUIRE n.number IS UNIQUE;
CREATE CONSTRAINT audit_chain IF NOT EXISTS FOR (n:AuditChain) REQUIRE n.key IS UNIQUE;
CREATE INDEX audit_moment IF NOT EXISTS FOR (n:AuditEntry) ON (n.at);
