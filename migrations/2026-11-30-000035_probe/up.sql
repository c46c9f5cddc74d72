-- What the probe of /readyz writes: that a change can be saved is known by having saved one.
INSERT INTO settings (key, value) VALUES ('probe', '');
