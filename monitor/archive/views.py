"""The archive's views, as the migrations make them: what people and other programs look at."""

from __future__ import annotations

FIRST_VIEWS = (
    """CREATE VIEW recorded_changes AS
    SELECT changes.id, pages.vendor, pages.vendor_name, pages.name AS page, pages.type, pages.url,
        changes.seen_at, changes.previous_at, changes.verdict, changes.importance, changes.topics, changes.summary,
        changes.why,
        changes.before AS before_version, old_text.sha256 AS before_snapshot, old.seen_at AS before_seen_at,
        changes.after AS after_version, new_text.sha256 AS after_snapshot, new.seen_at AS after_seen_at
    FROM changes
    JOIN pages ON pages.id = changes.page
    JOIN versions AS old ON old.id = changes.before
    JOIN versions AS new ON new.id = changes.after
    JOIN snapshots AS old_text ON old_text.id = old.snapshot
    JOIN snapshots AS new_text ON new_text.id = new.snapshot""",
    """CREATE VIEW page_states AS
    SELECT pages.vendor, pages.vendor_name, pages.name AS page, pages.type, pages.url,
        last.at AS last_check_at, last.outcome, last.reason, good.at AS last_good_at,
        pages.failing_since, pages.failures, changes.seen_at AS last_change_at, pages.last_change AS last_change_id,
        pages.next_check_at,
        (SELECT count(*) FROM checks WHERE checks.page = pages.id) AS captures,
        (SELECT count(*) FROM versions WHERE versions.page = pages.id) AS versions,
        (SELECT count(*) FROM changes AS each WHERE each.page = pages.id) AS changes
    FROM pages
    LEFT JOIN checks AS last ON last.id = pages.last_check
    LEFT JOIN checks AS good ON good.id = pages.last_good
    LEFT JOIN changes ON changes.id = pages.last_change""",
)

SHOWN_VIEWS = (
    # how Datasette names the page that a row refers to
    "ALTER TABLE pages ADD COLUMN label TEXT GENERATED ALWAYS AS (vendor || '/' || name) VIRTUAL",
    """CREATE VIEW recorded_captures AS
    SELECT checks.id, pages.vendor, pages.vendor_name, pages.name AS page, pages.type, checks.at, checks.outcome, checks.reason,
        checks.status, checks.url, checks.final_url, checks.content_type, checks.seconds,
        snapshots.sha256 AS snapshot, snapshots.size, checks.version, checks.began, changes.id AS change,
        checks.outcome IN ('ok', 'not_modified') AND checks.snapshot IS NOT NULL AND checks.version IS NULL AS held
    FROM checks
    JOIN pages ON pages.id = checks.page
    LEFT JOIN snapshots ON snapshots.id = checks.snapshot
    LEFT JOIN changes ON changes.after = checks.version AND checks.began""",
    """CREATE VIEW recorded_versions AS
    SELECT versions.id, pages.vendor, pages.vendor_name, pages.name AS page, pages.type, versions.seen_at,
        versions.last_seen_at, versions.title, versions.language, versions.size, versions.technical, versions.edition,
        snapshots.sha256 AS snapshot, changes.id AS change, changes.summary
    FROM versions
    JOIN pages ON pages.id = versions.page
    JOIN snapshots ON snapshots.id = versions.snapshot
    LEFT JOIN changes ON changes.after = versions.id""",
    """CREATE VIEW recorded_findings AS
    SELECT findings.id, findings.change, pages.vendor, pages.vendor_name, pages.name AS page, pages.type, pages.url,
        changes.seen_at, changes.verdict, findings.topic, findings.kind, findings.importance, findings.reading,
        findings.before, findings.after, findings.trail, findings.rule
    FROM findings
    JOIN changes ON changes.id = findings.change
    JOIN pages ON pages.id = changes.page""",
    """CREATE VIEW recorded_amounts AS
    SELECT found.id AS finding, found.change, pages.vendor, pages.vendor_name, pages.name AS page, pages.type, pages.url,
        changes.previous_at, changes.seen_at, found.topic, found.kind,
        json_extract(old, '$.value') AS before_value, json_extract(old, '$.unit') AS before_unit,
        json_extract(old, '$.per') AS before_per, iif(old IS NULL, NULL, coalesce(json_extract(old, '$.every'), 1)) AS before_every,
        json_extract(old, '$.qualifier') AS before_qualifier, json_extract(old, '$.scope') AS before_scope,
        json_extract(old, '$.conditions') AS before_conditions,
        json_extract(new, '$.value') AS after_value, json_extract(new, '$.unit') AS after_unit,
        json_extract(new, '$.per') AS after_per, iif(new IS NULL, NULL, coalesce(json_extract(new, '$.every'), 1)) AS after_every,
        json_extract(new, '$.qualifier') AS after_qualifier, json_extract(new, '$.scope') AS after_scope,
        json_extract(new, '$.conditions') AS after_conditions,
        found.reading
    FROM (
        SELECT findings.*, iif(json_valid(amount_before), amount_before, NULL) AS old,
            iif(json_valid(amount_after), amount_after, NULL) AS new
        FROM findings WHERE amount_before IS NOT NULL OR amount_after IS NOT NULL
    ) AS found
    JOIN changes ON changes.id = found.change
    JOIN pages ON pages.id = changes.page""",
    """CREATE VIEW recorded_alerts AS
    SELECT alerts.id AS alert, alerts.change, pages.vendor, pages.vendor_name, pages.name AS page, alerts.created_at,
        coalesce(changes.summary, (
            SELECT group_concat(concerns || ': ' || reason, '; ') FROM (
                SELECT trim(json_extract(value, '$.kind') || ' ' || json_extract(value, '$.subject')) AS concerns,
                    json_extract(value, '$.reason') AS reason
                FROM json_each(alerts.troubles)
            )
        )) AS summary,
        alerts.acknowledged_at, deliveries.id AS delivery, deliveries.channel, deliveries.state, deliveries.attempts,
        deliveries.due_at, deliveries.next_at, deliveries.sent_at, deliveries.error
    FROM alerts
    LEFT JOIN changes ON changes.id = alerts.change
    LEFT JOIN pages ON pages.id = changes.page
    LEFT JOIN deliveries ON deliveries.alert = alerts.id""",
)
