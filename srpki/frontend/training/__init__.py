"""The front end of training labs: starting them, their commands, and the copies they ask for."""
