-- Makes tables for the roster (SIGs, member organisations, what identifies them), accounts, sessions and API tokens.

CREATE TABLE sig (
    id {bytes} NOT NULL PRIMARY KEY,
    name_ja {text} NOT NULL,
    name_en {text} NOT NULL
);

CREATE TABLE member (
    id {bytes} NOT NULL PRIMARY KEY,
    role {text} NOT NULL,
    name {text} NOT NULL
);

CREATE TABLE member_sig (
    member {bytes} NOT NULL REFERENCES member (id),
    sig {bytes} NOT NULL REFERENCES sig (id),
    PRIMARY KEY (member, sig)
);
CREATE INDEX member_sig_by_sig ON member_sig (sig);

-- kind: name, domain, address, network, person; place: its place in the list, from 0.
CREATE TABLE member_identity (
    member {bytes} NOT NULL REFERENCES member (id),
    kind {text} NOT NULL,
    place BIGINT NOT NULL,
    value {text} NOT NULL,
    PRIMARY KEY (member, kind, place)
);

CREATE TABLE account (
    id {bytes} NOT NULL PRIMARY KEY,
    login {text} NOT NULL UNIQUE,
    role {text} NOT NULL,
    member {bytes} REFERENCES member (id),
    password_hash {text} NOT NULL,
    created BIGINT NOT NULL,
    disabled BIGINT NOT NULL
);

CREATE TABLE account_session (
    hash {bytes} NOT NULL PRIMARY KEY,
    account {bytes} NOT NULL REFERENCES account (id),
    csrf {text} NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX account_session_by_expiry ON account_session (expires);

CREATE TABLE account_token (
    id {bytes} NOT NULL PRIMARY KEY,
    hash {bytes} NOT NULL UNIQUE,
    account {bytes} NOT NULL REFERENCES account (id),
    label {text} NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX account_token_by_account ON account_token (account, created, id);

-- The one-time set-up link: one row at most.
CREATE TABLE setup_link (
    slot BIGINT NOT NULL PRIMARY KEY CHECK (slot = 1),
    hash {bytes} NOT NULL
);
