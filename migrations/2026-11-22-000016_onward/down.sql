DROP TABLE onward_entries;
DROP TABLE onward_lists;
DROP TABLE onward_applications;
DROP TABLE onward_units;
DROP TABLE onward_plans;
