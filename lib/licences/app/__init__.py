"""Explorer: a client's facts as controls, the answer beside them, in JupyterLab or a browser."""
