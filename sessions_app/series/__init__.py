"""Series: runs of sessions through a term, from the rule of their days to what a change of one does to its sessions.

`rules` gives days, `days` says when nothing takes place, `starting` and `carrying` make a series with its sessions,
`editing` changes one, `lasting` extends, pauses and ends it; `rehearsing` shows what any of them would do,
`working` lets a worker do what would take longer than a page may.
"""
