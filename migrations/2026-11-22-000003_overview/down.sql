DROP TABLE saved_views;
ALTER TABLE agreements DROP COLUMN series;
