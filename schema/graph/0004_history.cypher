// From here on it is kept since when decision-makers, departments, possible sales and what connects
// them are as they are, and how they were before. Records from before this have no `since`: the
// moment at which this migration was applied is the first that can be asked about them.
