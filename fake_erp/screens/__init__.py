"""The ERP's screens under `/erp/{world}`, in Portuguese, as the help article walks them.

No log-in: whoever reaches the fake is the merchant. Forms carry a value that another site cannot know.
"""
