-- Gives verdicts a field for each scheme, keeps what was suggested and verdicts on whole campaigns, and makes tables for threat actors, claims on them and C2 addresses.

-- What a verdict was so far is J-CSIP's; what it says about the other schemes follows from their definitions, and what
-- it does not say is undetermined: whether a targeted mail is espionage, and whether a mass mail reached ten places.
ALTER TABLE verdict RENAME COLUMN verdict TO jcsip;
ALTER TABLE verdict ADD COLUMN jcrat {text} NOT NULL DEFAULT 'undetermined';
ALTER TABLE verdict ADD COLUMN npa {text} NOT NULL DEFAULT 'undetermined';
ALTER TABLE verdict ADD COLUMN monitoring BIGINT NOT NULL DEFAULT 0;
ALTER TABLE verdict ADD COLUMN suggested_jcsip {text};
ALTER TABLE verdict ADD COLUMN suggested_jcrat {text};
ALTER TABLE verdict ADD COLUMN suggested_npa {text};
ALTER TABLE verdict ADD COLUMN campaign {bytes};
UPDATE verdict SET jcrat = jcsip WHERE jcsip <> 'targeted';
UPDATE verdict SET npa = jcsip WHERE jcsip <> 'mass';
CREATE INDEX verdict_by_time ON verdict (at, submission);

-- verdict stays the word of J-CSIP's field; arrived: when the mail arrived where it was received, unknown of older ones.
ALTER TABLE submission ADD COLUMN monitoring BIGINT NOT NULL DEFAULT 0;
ALTER TABLE submission ADD COLUMN arrived BIGINT;
CREATE INDEX submission_by_monitoring ON submission (received, id) WHERE monitoring = 1;

-- nth: 1 for the first verdict on a campaign.
CREATE TABLE campaign_verdict (
    campaign {bytes} NOT NULL REFERENCES campaign (id),
    nth BIGINT NOT NULL,
    jcsip {text} NOT NULL,
    jcrat {text} NOT NULL,
    npa {text} NOT NULL,
    monitoring BIGINT NOT NULL,
    suggested_jcsip {text},
    suggested_jcrat {text},
    suggested_npa {text},
    extent {text} NOT NULL,
    mails BIGINT NOT NULL,
    reason {text} NOT NULL,
    account {bytes} NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (campaign, nth)
);

CREATE TABLE threat_actor (
    id {bytes} NOT NULL PRIMARY KEY,
    name {text} NOT NULL,
    note {text} NOT NULL,
    account {bytes} NOT NULL,
    created BIGINT NOT NULL
);

-- place: its place in the list, from 0.
CREATE TABLE threat_actor_alias (
    actor {bytes} NOT NULL REFERENCES threat_actor (id),
    place BIGINT NOT NULL,
    name {text} NOT NULL,
    PRIMARY KEY (actor, place)
);

CREATE TABLE hypothesis (
    id {bytes} NOT NULL PRIMARY KEY,
    actor {bytes} NOT NULL REFERENCES threat_actor (id),
    campaign {bytes} NOT NULL REFERENCES campaign (id),
    basis {text} NOT NULL,
    source {text} NOT NULL,
    confidence {text} NOT NULL,
    note {text} NOT NULL,
    account {bytes} NOT NULL,
    at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    withdrawn_by {bytes},
    withdrawn_why {text}
);
CREATE INDEX hypothesis_by_actor ON hypothesis (actor, at, id);
CREATE INDEX hypothesis_by_campaign ON hypothesis (campaign, at, id);

CREATE TABLE hypothesis_value (
    hypothesis {bytes} NOT NULL REFERENCES hypothesis (id),
    value {text} NOT NULL,
    PRIMARY KEY (hypothesis, value)
);

CREATE TABLE campaign_c2 (
    campaign {bytes} NOT NULL REFERENCES campaign (id),
    value {text} NOT NULL,
    source {text} NOT NULL,
    account {bytes} NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (campaign, value)
);
CREATE INDEX campaign_c2_by_value ON campaign_c2 (value, campaign);
CREATE INDEX submission_told_by_value ON submission_told (value, submission);
