DELETE FROM settings WHERE key = 'probe';
