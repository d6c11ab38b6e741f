// Texts and keys are kept in one normal form, in which filters and look-ups ask for them, and
// mailboxes in lower case: storage/normal_forms.py brings what was stored before into it.
MATCH (n:Customer) WHERE false RETURN n;
