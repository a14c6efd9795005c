-- Makes tables for rapport threads and their warnings, for fingerprints of genuine mail and their re-uses, and for files of form submissions.

-- key: 64 bits without a sign, kept as the same bits with one.
CREATE TABLE thread_key (
    key BIGINT NOT NULL,
    submission {bytes} NOT NULL REFERENCES submission (id),
    PRIMARY KEY (key, submission)
) {clustered};

-- What was found last about the thread that begins with a submission; all of it can be computed anew.
CREATE TABLE thread (
    submission {bytes} NOT NULL PRIMARY KEY REFERENCES submission (id),
    member {bytes} NOT NULL REFERENCES member (id),
    standing {text} NOT NULL,
    waits BIGINT NOT NULL,
    outside {text} NOT NULL,
    window_address {text} NOT NULL,
    steps BIGINT NOT NULL,
    desks BIGINT NOT NULL,
    revisit BIGINT NOT NULL,
    first_at BIGINT,
    last_at BIGINT,
    sorted BIGINT NOT NULL
);
CREATE INDEX thread_by_time ON thread (sorted, submission);
CREATE INDEX thread_by_member ON thread (member, sorted, submission);

CREATE TABLE thread_warning (
    submission {bytes} NOT NULL PRIMARY KEY REFERENCES submission (id),
    member {bytes} NOT NULL REFERENCES member (id),
    attacks BIGINT NOT NULL,
    open BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX thread_warning_by_member ON thread_warning (member, open, at);
CREATE INDEX thread_warning_by_time ON thread_warning (open, at);

-- prints: 16 hexadecimal digits each. people: addresses, one a line.
CREATE TABLE original (
    member {bytes} NOT NULL REFERENCES member (id),
    mail {text} NOT NULL,
    at BIGINT,
    subject {text} NOT NULL,
    sender {text} NOT NULL,
    people {text} NOT NULL,
    family BIGINT NOT NULL,
    prints {text} NOT NULL,
    PRIMARY KEY (member, mail)
);

-- One fingerprint in four, by which an original is looked up.
CREATE TABLE original_print (
    print BIGINT NOT NULL,
    member {bytes} NOT NULL,
    mail {text} NOT NULL,
    PRIMARY KEY (print, member, mail)
) {clustered};

CREATE TABLE mail_print (
    print BIGINT NOT NULL,
    submission {bytes} NOT NULL REFERENCES submission (id),
    PRIMARY KEY (print, submission)
) {clustered};

CREATE TABLE reuse (
    submission {bytes} NOT NULL REFERENCES submission (id),
    member {bytes} NOT NULL REFERENCES member (id),
    mail {text} NOT NULL,
    relation {text} NOT NULL,
    of_original DOUBLE PRECISION NOT NULL,
    of_mail DOUBLE PRECISION NOT NULL,
    lag BIGINT,
    PRIMARY KEY (submission, member, mail)
);
CREATE INDEX reuse_by_member ON reuse (member, submission);

-- "rows" is a word of SQL.
CREATE TABLE form_file (
    member {bytes} NOT NULL REFERENCES member (id),
    sha256 {text} NOT NULL,
    name {text} NOT NULL,
    row_count BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (member, sha256)
);
CREATE INDEX form_file_by_time ON form_file (at, sha256);
