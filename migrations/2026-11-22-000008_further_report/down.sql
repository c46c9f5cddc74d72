DROP TABLE report_addressees;
DROP TABLE further_reports;
