"""The scaffold of new plugins: a package that installs and passes its own tests."""
