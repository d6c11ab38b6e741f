RETURN [c.ordinal, c.key, c.cohort, EXISTS { (c)-[:MERGED_INTO]->() },
        [name IN keys(c) WHERE name STARTS WITH $attributes OR name STARTS WITH $metrics
         | [name, c[name]]]]
