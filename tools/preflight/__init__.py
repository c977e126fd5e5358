"""`make preflight`: will the deployment work, before it is tried. It only reads."""
