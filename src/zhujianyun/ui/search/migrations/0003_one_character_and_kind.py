"""One character by an index of its own, kinds among the words, headings in order (单字与种类索引).

FTS5 knows the first characters of its words only when the table is made with them: the words are copied
into a new table, two million names in about a minute. Tokens of reach get the sign that no word has.
"""

import hashlib

from django.db import migrations, models

from zhujianyun.base.search import FTS5_TOKENIZE

COLUMNS = "title, body, reach"
COPY = (
    f"INSERT INTO search_words_next(rowid, {COLUMNS})"
    " SELECT w.rowid, w.title, w.body, trim(replace(' ' || w.reach, ' p', ' ·p')) || ' ' || %s"
    " FROM search_words w JOIN search_searchentry e ON e.id = w.rowid WHERE e.kind = %s ORDER BY w.rowid"
)
COPY_BACK = (
    f"INSERT INTO search_words_next(rowid, {COLUMNS})"
    " SELECT rowid, title, body, replace(substr(reach, 1, instr(reach || ' ·k', ' ·k') - 1), '·', '')"
    " FROM search_words ORDER BY rowid"
)
MARKED = (
    "UPDATE search_searchentry SET words = (regexp_replace(words::text, '''p([0-9a-f]{12}[nao])', '''·p\\1', 'g')"
    " || ' ''' || %s || '''')::tsvector WHERE kind = %s AND words IS NOT NULL"
)
UNMARKED = (
    "UPDATE search_searchentry SET words = regexp_replace(regexp_replace(words::text, '''·k[0-9a-f]{12}''', '', 'g'),"
    " '''·p', '''p', 'g')::tsvector WHERE words IS NOT NULL"
)


def _kinds(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT kind FROM search_searchentry ORDER BY kind")
        kinds = [kind for (kind,) in cursor.fetchall()]
    return [(f"·k{hashlib.sha256(kind.encode()).hexdigest()[:12]}", kind) for kind in kinds]


def _made_anew(connection, more, copies):
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE VIRTUAL TABLE search_words_next USING fts5({COLUMNS}, tokenize='{FTS5_TOKENIZE}'{more})"
        )
        for statement, values in copies:
            cursor.execute(statement, values)
        cursor.execute("DROP TABLE search_words")
        cursor.execute("ALTER TABLE search_words_next RENAME TO search_words")


def build(apps, schema_editor):
    connection = schema_editor.connection
    kinds = _kinds(connection)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.executemany(MARKED, kinds)
        return
    _made_anew(connection, ", prefix='1'", [(COPY, one) for one in kinds])


def tear_down(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(UNMARKED)
        return
    _made_anew(connection, "", [(COPY_BACK, [])])


class Migration(migrations.Migration):
    dependencies = [("search", "0002_words")]

    operations = [
        migrations.RunPython(build, tear_down),
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(
                fields=["heading"], name="search_entry_heading", opclasses=["varchar_pattern_ops"]
            ),
        ),
    ]
