// Names are searched as people write them: two-character grams for Chinese, words for the rest.
CREATE FULLTEXT INDEX customer_search IF NOT EXISTS FOR (n:Customer) ON EACH [n.name]
OPTIONS { indexConfig: { `fulltext.analyzer`: 'cjk' } };
