-- Makes tables for submissions, their dissections, link keys, links, campaigns, verdicts and the audit trail.

CREATE TABLE campaign (
    id {bytes} NOT NULL PRIMARY KEY,
    opened BIGINT NOT NULL,
    merged_into {bytes} REFERENCES campaign (id)
);
CREATE INDEX campaign_by_opened ON campaign (opened, id) WHERE merged_into IS NULL;
CREATE INDEX campaign_by_merged ON campaign (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE submission (
    id {bytes} NOT NULL PRIMARY KEY,
    member {bytes} NOT NULL REFERENCES member (id),
    account {bytes} NOT NULL,
    sha256 {text} NOT NULL,
    size BIGINT NOT NULL,
    name {text} NOT NULL,
    note {text} NOT NULL,
    channel {text} NOT NULL,
    received BIGINT NOT NULL,
    state {text} NOT NULL,
    attempts BIGINT NOT NULL,
    subject {text},
    sender {text},
    tells BIGINT NOT NULL,
    campaign {bytes} REFERENCES campaign (id),
    verdict {text},
    UNIQUE (member, sha256)
);
CREATE INDEX submission_by_received ON submission (received, id);
CREATE INDEX submission_by_state ON submission (state, received, id);
CREATE INDEX submission_by_member ON submission (member, received, id);
CREATE INDEX submission_by_campaign ON submission (campaign, received, id);

-- facts: the mail facts as JSON. A new engine adds a row; none is changed.
CREATE TABLE dissection (
    sha256 {text} NOT NULL,
    engine {text} NOT NULL,
    facts {text} NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (sha256, engine)
);

-- value and family: 64 bits without a sign, kept as the same bits with one. family: which text the submission is,
-- roughly.
CREATE TABLE submission_key (
    kind BIGINT NOT NULL,
    value BIGINT NOT NULL,
    received BIGINT NOT NULL,
    submission {bytes} NOT NULL REFERENCES submission (id),
    family BIGINT NOT NULL,
    PRIMARY KEY (kind, value, received, submission)
) {clustered};

-- Which families carry a key, each once.
CREATE TABLE key_family (
    kind BIGINT NOT NULL,
    value BIGINT NOT NULL,
    family BIGINT NOT NULL,
    PRIMARY KEY (kind, value, family)
) {clustered};

-- How many submissions and families carry a key, counted as they come: so that asking for a key that all carry costs
-- no more than asking for a rare one.
CREATE TABLE key_count (
    kind BIGINT NOT NULL,
    value BIGINT NOT NULL,
    submissions BIGINT NOT NULL,
    families BIGINT NOT NULL,
    PRIMARY KEY (kind, value)
) {clustered};

-- How many submissions have keys: one row at most.
CREATE TABLE keyed_count (
    slot BIGINT NOT NULL PRIMARY KEY CHECK (slot = 1),
    submissions BIGINT NOT NULL
);

-- A link is its reasons; place: strongest first, from 0.
CREATE TABLE link_reason (
    a {bytes} NOT NULL REFERENCES submission (id),
    b {bytes} NOT NULL REFERENCES submission (id),
    place BIGINT NOT NULL,
    kind {text} NOT NULL,
    weight DOUBLE PRECISION NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (a, b, place)
);

-- nth: 1 for the first verdict on a submission.
CREATE TABLE verdict (
    submission {bytes} NOT NULL REFERENCES submission (id),
    nth BIGINT NOT NULL,
    verdict {text} NOT NULL,
    reason {text} NOT NULL,
    account {bytes} NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (submission, nth)
);

CREATE TABLE audit_entry (
    id {bytes} NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    account {bytes},
    action {text} NOT NULL,
    object {text} NOT NULL
);
CREATE INDEX audit_entry_by_time ON audit_entry (at, id);
