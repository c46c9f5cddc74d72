DROP TABLE proposal_imports;
