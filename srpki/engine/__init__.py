"""Renewal: policy, use case, scheduler, requests, applications."""
