MATCH (c)<-[owns:OWNS]-(w:Employee)
RETURN [c.ordinal, owns.since.epochSeconds * 1000000 + owns.since.microsecond, w.key]
