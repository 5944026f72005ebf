"""Training labs: lab files, their checks, what a trainee has done, and grading."""
