"""Scripts that events run: script-control, event-handling and event-trigger."""
