"""The company's records in SQL: predicates and effects carried out on tables."""
