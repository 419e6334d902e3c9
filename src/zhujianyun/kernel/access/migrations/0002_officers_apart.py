"""Keep the three officers apart in the database itself (三员分立触发器).

No duty and business role of one account on the same day; the duty of an officer's row never
changes. A later migration that makes SQLite rebuild one of the two tables must create the triggers
again (the tests notice).
"""

from django.db import migrations

OVERLAP = "数据库约束：三员账号不得同时担任业务角色"
FIXED = "数据库约束：三员职责一经任命不得改为另一职责"

SQLITE = f"""
CREATE TRIGGER access_duty_insert BEFORE INSERT ON access_officerduty
WHEN EXISTS (SELECT 1 FROM access_membership m WHERE m.account_id = NEW.account_id AND NOT m.is_void
             AND m.valid_from <= COALESCE(NEW.ended_on, '9999-12-31')
             AND COALESCE(m.valid_to, '9999-12-31') >= NEW.appointed_on)
BEGIN SELECT RAISE(ABORT, '{OVERLAP}'); END;
CREATE TRIGGER access_duty_update BEFORE UPDATE ON access_officerduty
WHEN EXISTS (SELECT 1 FROM access_membership m WHERE m.account_id = NEW.account_id AND NOT m.is_void
             AND m.valid_from <= COALESCE(NEW.ended_on, '9999-12-31')
             AND COALESCE(m.valid_to, '9999-12-31') >= NEW.appointed_on)
BEGIN SELECT RAISE(ABORT, '{OVERLAP}'); END;
CREATE TRIGGER access_duty_fixed BEFORE UPDATE ON access_officerduty
WHEN NEW.duty <> OLD.duty OR NEW.account_id <> OLD.account_id
BEGIN SELECT RAISE(ABORT, '{FIXED}'); END;
CREATE TRIGGER access_membership_insert BEFORE INSERT ON access_membership
WHEN NOT NEW.is_void AND EXISTS (SELECT 1 FROM access_officerduty d WHERE d.account_id = NEW.account_id
             AND d.appointed_on <= COALESCE(NEW.valid_to, '9999-12-31')
             AND COALESCE(d.ended_on, '9999-12-31') >= NEW.valid_from)
BEGIN SELECT RAISE(ABORT, '{OVERLAP}'); END;
CREATE TRIGGER access_membership_update BEFORE UPDATE ON access_membership
WHEN NOT NEW.is_void AND EXISTS (SELECT 1 FROM access_officerduty d WHERE d.account_id = NEW.account_id
             AND d.appointed_on <= COALESCE(NEW.valid_to, '9999-12-31')
             AND COALESCE(d.ended_on, '9999-12-31') >= NEW.valid_from)
BEGIN SELECT RAISE(ABORT, '{OVERLAP}'); END;
"""

# The account's row is locked first: two transactions, each blind to the other's row, would both pass.
POSTGRESQL = f"""
CREATE FUNCTION access_duty_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM access_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
  IF TG_OP = 'UPDATE' AND (NEW.duty <> OLD.duty OR NEW.account_id <> OLD.account_id) THEN
    RAISE EXCEPTION '{FIXED}' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM access_membership m WHERE m.account_id = NEW.account_id AND NOT m.is_void
             AND m.valid_from <= COALESCE(NEW.ended_on, 'infinity'::date)
             AND COALESCE(m.valid_to, 'infinity'::date) >= NEW.appointed_on) THEN
    RAISE EXCEPTION '{OVERLAP}' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER access_duty_apart BEFORE INSERT OR UPDATE ON access_officerduty
  FOR EACH ROW EXECUTE FUNCTION access_duty_apart();
CREATE FUNCTION access_membership_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM access_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
  IF NOT NEW.is_void AND EXISTS (SELECT 1 FROM access_officerduty d WHERE d.account_id = NEW.account_id
             AND d.appointed_on <= COALESCE(NEW.valid_to, 'infinity'::date)
             AND COALESCE(d.ended_on, 'infinity'::date) >= NEW.valid_from) THEN
    RAISE EXCEPTION '{OVERLAP}' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER access_membership_apart BEFORE INSERT OR UPDATE ON access_membership
  FOR EACH ROW EXECUTE FUNCTION access_membership_apart();
"""

UNDO = {
    "sqlite": "".join(
        f"DROP TRIGGER access_{name};"
        for name in ("duty_insert", "duty_update", "duty_fixed", "membership_insert", "membership_update")
    ),
    "postgresql": """
        DROP TRIGGER access_duty_apart ON access_officerduty;
        DROP TRIGGER access_membership_apart ON access_membership;
        DROP FUNCTION access_duty_apart(); DROP FUNCTION access_membership_apart();
    """,
}


def _run(schema_editor, sql):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        schema_editor.execute(sql, params=None)
        return
    statements = (
        [part + "END;" for part in sql.split("END;") if part.strip()] if "BEGIN" in sql else sql.split(";")
    )
    for statement in statements:
        if statement.strip():
            schema_editor.execute(statement, params=None)


def raise_walls(apps, schema_editor):
    _run(schema_editor, {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor])


def lower_walls(apps, schema_editor):
    _run(schema_editor, UNDO[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(raise_walls, lower_walls)]
