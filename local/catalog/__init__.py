"""The laptop's Data Catalog: tables as files in `samples/.catalog/` and `out/.catalog/`, and Glue's API on them."""
