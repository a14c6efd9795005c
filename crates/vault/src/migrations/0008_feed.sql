-- Makes a table of the changes to released advisories, in the order in which members read them, and a column for the last date of a sighting.

-- seq rises with every change and is handed out inside the change's own transaction, so that a reader who has read
-- up to one change has missed none before it. withdrawn: 1 where the release was taken back. latest: 1 for the newest
-- change of its advisory, the only one that readers still need.
CREATE TABLE advisory_change (
    seq BIGINT NOT NULL PRIMARY KEY,
    advisory {bytes} NOT NULL REFERENCES advisory (id),
    nth BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL,
    at BIGINT NOT NULL,
    latest BIGINT NOT NULL,
    UNIQUE (advisory, nth, withdrawn)
);

INSERT INTO advisory_change (seq, advisory, nth, withdrawn, at, latest)
SELECT ROW_NUMBER() OVER (ORDER BY r.at, r.advisory), r.advisory, r.nth, 0, r.at,
    CASE WHEN r.nth = (SELECT MAX(l.nth) FROM advisory_release l WHERE l.advisory = r.advisory) THEN 1 ELSE 0 END
FROM advisory_release r;

ALTER TABLE sighting ADD COLUMN last_date {text};
