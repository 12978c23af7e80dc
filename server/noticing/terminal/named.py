"""What somebody at the terminal names by a name or an address."""

from noticing.accounts import people, places
from noticing.terminal.command import CannotDo

FIRST_TENANT = "Our schools"


def find_tenant_id() -> str:
    """The only tenant; made where there is none yet."""
    return places.first_tenant_id() or places.add_tenant(FIRST_TENANT)


def find_school_id(name: str) -> str:
    """By the name of a school, whatever its capitals. Raises CannotDo."""
    schools = {
        title.casefold(): school_id for school_id, title in places.schools_of(find_tenant_id()).items()
    }
    if name.casefold() not in schools:
        raise CannotDo(f"There is no school {name}. Add it first: noticing school add --name '{name}'")
    return schools[name.casefold()]


def find_person_id(email: str) -> str:
    """By an address. Raises CannotDo."""
    person = people.person_of_email(email)
    if person is None:
        raise CannotDo(f"Nobody has the address {email}.")
    return person.person_id


def find_holder_id(email: str, role: str) -> str:
    """The same of somebody who holds this role now. Raises CannotDo."""
    person_id = find_person_id(email)
    if role not in people.actor_of(person_id).roles:
        raise CannotDo(
            f"{email} is no {role}. First: noticing person grant-role --email {email} --role {role}"
        )
    return person_id
