"""New plugins: a package that installs and passes its own tests, to be made one's own."""
