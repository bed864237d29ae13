"""Projects of a workspace; their number is the integer id of document 003."""

from roster.errors import Missing, Taken
from roster.model import Project
from roster.table import keys
from roster.table.mapping import attributes, entity
from roster.table.store import Absent, Item, Present, Put
from roster.table.transaction import Transaction, item


def of_item(found: Item | None) -> Project | None:
    """The project that an item holds, if there is one."""
    return None if found is None else entity(Project, found)


def plan(work: Transaction, project: Project) -> None:
    """The operations that make a project: profile, row by number, audit."""
    state = attributes(project)
    work.do(Put(item(keys.project(project.id), state), Absent()), lambda _: Taken("id", project.id))
    work.check(keys.tenant(project.workspace_id), Present(), lambda _: Missing("workspace"))
    row: Item = {"id": project.id, "workspace_id": project.workspace_id, "name": project.name}
    work.enlist(keys.PROJECTS, project.number, row, lambda _: Taken("number", str(project.number)))
    work.audit("project.created", project.id, workspace=project.workspace_id)
