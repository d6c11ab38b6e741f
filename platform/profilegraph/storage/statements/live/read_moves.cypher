MATCH (m:Move)
WHERE m.watch = $key AND m.n > $after AND m.n <= $upTo
RETURN m.n AS n, m.at AS at, m.cause AS cause, m.entered AS entered, m.left AS left
ORDER BY CASE WHEN $newest THEN -m.n ELSE m.n END
LIMIT $most
