"""The whole job at home: a small web site of invented vendors, checked before and after its pages change."""
