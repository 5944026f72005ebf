"""The enrolment protocols: one object each, and the requests that an operator makes by hand."""
