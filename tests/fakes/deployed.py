"""How is a running workspace changed? By plans that are carried out while people are inside."""

from orchestrator.in_force import Archive, as_deployed, put_into_force
from orchestrator.plan import NO_CHOICES, Choices, Plan, make_plan
from orchestrator.project import FILE, check_project
from tests.fakes.calls import moment
from tests.fakes.workspace import SHOP, Workspace


def planned(workspace: Workspace, text: str, choices: Choices = NO_CHOICES, *, head: str = SHOP) -> Plan:
    """Compare other journeys with what is in force."""
    whole = f"{head}{text}"
    project = check_project(whole, {}, workspace.folder)
    assert not project.errors, "\n".join(map(str, project.errors))
    return make_plan(Archive(workspace.store, workspace.folder).standing(), project, {FILE: whole}, choices)


def put_in_force(workspace: Workspace, text: str, choices: Choices = NO_CHOICES, *, at: str = "") -> int:
    """Apply other journeys, as somebody beside the running process would, and let that process notice."""
    if at:
        workspace.clock.now = moment(at)
    plan = planned(workspace, text, choices)
    number = put_into_force(workspace.store, plan, at=workspace.clock.now, by="ann", kind="apply")
    take_notice(workspace)
    return number


def take_notice(workspace: Workspace) -> None:
    """Go on by what is in force, as a running worker does."""
    running = as_deployed(workspace.store, workspace.folder)
    assert running.deployment is not None
    workspace.project = running.project
    workspace.program = running.program(workspace.store.catalog())
    workspace.engine.take_up(workspace.program, running.deployment.id)


def kept(*journeys: str) -> Choices:
    """Let those inside finish."""
    return Choices(keep=frozenset(journeys))


def ended(*journeys: str) -> Choices:
    """Let those inside leave."""
    return Choices(end=frozenset(journeys))
