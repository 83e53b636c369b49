"""What runs beside the jobs and leaves evidence: heartbeats, the registry of runs, the wrapper.

Imports are light and no frames are known here: this must never slow or break a job.
"""
