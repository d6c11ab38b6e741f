UNWIND $keys AS key
MATCH (c:Customer {key: key})
// The moment as a number: the driver takes longer for one moment than for a whole row.
RETURN key AS customer, [c {
  .*, createdAt: c.createdAt.epochSeconds * 1000000 + c.createdAt.microsecond
}] AS items
