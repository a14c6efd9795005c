-- Makes tables for advisories, their audiences and indicators, approvals, releases and sightings.

CREATE TABLE advisory_number (
    year BIGINT NOT NULL PRIMARY KEY,
    latest BIGINT NOT NULL
);

CREATE TABLE advisory (
    id {bytes} NOT NULL PRIMARY KEY,
    state {text} NOT NULL,
    campaign {bytes} REFERENCES campaign (id),
    author {bytes} NOT NULL,
    created BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX advisory_by_created ON advisory (created, id);
CREATE INDEX advisory_by_state ON advisory (state, created, id);
CREATE INDEX advisory_by_campaign ON advisory (campaign, created, id);

-- frozen: 0 for the present text, n for the text of the n-th release, which is never changed.
CREATE TABLE advisory_text (
    advisory {bytes} NOT NULL REFERENCES advisory (id),
    frozen BIGINT NOT NULL,
    number {text} NOT NULL,
    version BIGINT NOT NULL,
    lang {text} NOT NULL,
    title {text} NOT NULL,
    summary {text} NOT NULL,
    features {text} NOT NULL,
    measures {text} NOT NULL,
    request {text} NOT NULL,
    organisations BIGINT NOT NULL,
    first_seen BIGINT,
    last_seen BIGINT,
    tlp {text} NOT NULL,
    all_members BIGINT NOT NULL,
    vendors BIGINT NOT NULL,
    PRIMARY KEY (advisory, frozen)
);

CREATE TABLE advisory_audience_sig (
    advisory {bytes} NOT NULL,
    frozen BIGINT NOT NULL,
    sig {bytes} NOT NULL REFERENCES sig (id),
    PRIMARY KEY (advisory, frozen, sig),
    FOREIGN KEY (advisory, frozen) REFERENCES advisory_text (advisory, frozen)
);

-- hashed: 1 where the indicator has hashes, though all three may be unknown.
CREATE TABLE advisory_indicator (
    advisory {bytes} NOT NULL,
    frozen BIGINT NOT NULL,
    place BIGINT NOT NULL,
    kind {text} NOT NULL,
    value {text} NOT NULL,
    hashed BIGINT NOT NULL,
    md5 {text},
    sha1 {text},
    sha256 {text},
    note {text} NOT NULL,
    PRIMARY KEY (advisory, frozen, place),
    FOREIGN KEY (advisory, frozen) REFERENCES advisory_text (advisory, frozen)
);

CREATE TABLE advisory_approval (
    advisory {bytes} NOT NULL REFERENCES advisory (id),
    member {bytes} NOT NULL REFERENCES member (id),
    state {text} NOT NULL,
    digest {bytes} NOT NULL,
    note {text} NOT NULL,
    at BIGINT NOT NULL,
    account {bytes},
    PRIMARY KEY (advisory, member)
);
CREATE INDEX advisory_approval_by_member ON advisory_approval (member, at, advisory);

CREATE TABLE advisory_release (
    advisory {bytes} NOT NULL REFERENCES advisory (id),
    nth BIGINT NOT NULL,
    at BIGINT NOT NULL,
    stamp {bytes} NOT NULL,
    PRIMARY KEY (advisory, nth),
    UNIQUE (at, advisory)
);

-- first_date: as the member reckons it, e.g. 2026-11-20.
CREATE TABLE sighting (
    id {bytes} NOT NULL PRIMARY KEY,
    advisory {bytes} NOT NULL REFERENCES advisory (id),
    member {bytes} NOT NULL REFERENCES member (id),
    seen BIGINT NOT NULL,
    count BIGINT NOT NULL,
    first_date {text},
    note {text} NOT NULL,
    answered BIGINT NOT NULL
);
CREATE INDEX sighting_by_member ON sighting (advisory, member, answered, id);
CREATE INDEX sighting_by_time ON sighting (advisory, answered, id);
