-- Makes an index that finds the submissions of one mail by its hash.
CREATE INDEX submission_by_sha256 ON submission (sha256);
