// {'all': [{'any': [{'metric': {'key': 'score', 'exists': True}}, {'any': []}]}, {'not': {'attribute': {'key': 'slogan', 'text': {'startsWith': '美'}}}}]}
// $p0 = 'metric_score'
// $p1 = 'attribute_slogan'
// $p2 = '美'
((c[$p0] IS NOT NULL OR false) AND NOT (coalesce(c[$p1] STARTS WITH $p2, false)))
