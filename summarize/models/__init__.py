"""Models: the catalog, how a name becomes a local folder, and the backends that run one."""
