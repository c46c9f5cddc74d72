-- What the virus scanner said of a file: not (there was none), clean, waiting or infected.
ALTER TABLE files ADD COLUMN scanned TEXT NOT NULL DEFAULT 'not';
