"""Documents of front ends that the deployment knows: collected into a manifest, and required or counted."""
