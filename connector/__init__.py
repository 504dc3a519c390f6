"""The connector: an app of the Webstore platform that keeps a shop and the Olist ERP in step.

Rings, from the inside: core (decides), wire (bytes and values), clients (one call each), store (rows),
flows (one feature each), web and worker (the edges), app (the only place that constructs things).
"""
