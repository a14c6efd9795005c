-- Makes tables for what ties mails: signatures, texts, cores, values, pins, told addresses and the history of campaigns.

-- What came of the former way to link mails is made anew from the dissections.
DROP TABLE link_reason;
DROP TABLE submission_key;
DROP TABLE key_family;
DROP TABLE key_count;
DROP TABLE keyed_count;

-- core: NULL until the mail is signed; mails from before are signed in the background.
ALTER TABLE submission ADD COLUMN core BIGINT;
CREATE INDEX submission_by_core ON submission (core);
CREATE INDEX submission_unsigned ON submission (received, id) WHERE core IS NULL;

CREATE TABLE submission_signature (
    submission {bytes} NOT NULL PRIMARY KEY REFERENCES submission (id),
    card {bytes} NOT NULL
);

-- What ties mails for good, each once: a text (kept: its sketch) or a strong mark (kept: NULL).
CREATE TABLE anchor (
    id BIGINT NOT NULL PRIMARY KEY,
    core BIGINT NOT NULL,
    mails BIGINT NOT NULL,
    kept {bytes}
);

-- Where near-identical texts are looked for.
CREATE TABLE anchor_place (
    shallow BIGINT NOT NULL,
    deep BIGINT NOT NULL,
    anchor BIGINT NOT NULL,
    PRIMARY KEY (shallow, deep, anchor)
) {clustered};

-- Anchors of one mail, in both directions; mails: of how many.
CREATE TABLE anchor_bridge (
    a BIGINT NOT NULL,
    b BIGINT NOT NULL,
    mails BIGINT NOT NULL,
    PRIMARY KEY (a, b)
) {clustered};

-- held: the values that speak for it, compact. centre: the core whose campaign it is in.
CREATE TABLE core (
    id BIGINT NOT NULL PRIMARY KEY,
    mails BIGINT NOT NULL,
    ties BIGINT NOT NULL,
    first {bytes} NOT NULL,
    held {bytes} NOT NULL,
    centre BIGINT NOT NULL,
    campaign {bytes} REFERENCES campaign (id)
);
CREATE INDEX core_by_centre ON core (centre);
CREATE INDEX core_by_campaign ON core (campaign) WHERE campaign IS NOT NULL;

-- How many mails of a core carry a value.
CREATE TABLE core_value (
    value BIGINT NOT NULL,
    core BIGINT NOT NULL,
    mails BIGINT NOT NULL,
    PRIMARY KEY (value, core)
) {clustered};

-- Weak ties, in both directions.
CREATE TABLE core_tie (
    a BIGINT NOT NULL,
    b BIGINT NOT NULL,
    PRIMARY KEY (a, b)
) {clustered};

-- ended: nothing ties its mails any more.
ALTER TABLE campaign ADD COLUMN ended BIGINT;

-- Which campaign a mail was in when it was last moved is told by its events; other: the campaign that it is about.
CREATE TABLE campaign_event (
    campaign {bytes} NOT NULL REFERENCES campaign (id),
    nth BIGINT NOT NULL,
    at BIGINT NOT NULL,
    event {text} NOT NULL,
    other {bytes},
    mails BIGINT NOT NULL,
    detail {text} NOT NULL,
    PRIMARY KEY (campaign, nth)
);

-- same: 1 where both are the same attack, 0 where b is not of the attack that a is of.
CREATE TABLE campaign_pin (
    id {bytes} NOT NULL PRIMARY KEY,
    a {bytes} NOT NULL REFERENCES submission (id),
    b {bytes} NOT NULL REFERENCES submission (id),
    same BIGINT NOT NULL,
    note {text} NOT NULL,
    account {bytes} NOT NULL,
    at BIGINT NOT NULL,
    withdrawn BIGINT
);
CREATE INDEX campaign_pin_by_a ON campaign_pin (a);
CREATE INDEX campaign_pin_by_b ON campaign_pin (b);

-- Command-and-control addresses that analysts and sandbox reports told of a mail.
CREATE TABLE submission_told (
    submission {bytes} NOT NULL REFERENCES submission (id),
    value {text} NOT NULL,
    source {text} NOT NULL,
    account {bytes} NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (submission, value)
);
