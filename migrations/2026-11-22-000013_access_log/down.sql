DROP INDEX history_person;
DELETE FROM history WHERE stream = 'access';
DROP TABLE chains;
