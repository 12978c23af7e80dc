"""Who is who in the demo school. All made up; the addresses cannot exist."""

from dataclasses import dataclass

DISTRICT = "Riverbend Demo District"
DOMAIN = "demo.example"
SCHOOLS = ("Riverbend Elementary (demo)", "Lakeside Middle (demo)")
ADMIN = ("Sam Ortiz", "admin")

COACHES = (("Coach Lee", "lee"), ("Coach Amari", "amari"), ("Coach Novak", "novak"))
PRINCIPALS = (("Principal Adeyemi", "adeyemi"), ("Principal Brooks", "brooks"))

# Who can sign in and what there is to see, whom to try first above; the other teachers as she does, by their names.
DEMO_ACCOUNTS = (
    ("lee", "Coach Lee: observes on the tablet, at /app/"),
    ("rivera", "Ms Rivera, teacher: has notes of a visit"),
    ("adeyemi", "Principal Adeyemi: walkthroughs, no coaching notes"),
    ("admin", "Sam Ortiz, administrator: people and roles"),
    ("amari", "Coach Amari, with eight other teachers"),
    ("novak", "Coach Novak, with eight more"),
    ("brooks", "Principal Brooks, of the other school"),
)


@dataclass(frozen=True)
class DemoClass:
    title: str
    grade: str
    subject: str
    room: str
    head_count: int


@dataclass(frozen=True)
class DemoTeacher:
    name: str
    school: int
    coach: int
    classes: tuple[DemoClass, ...]

    @property
    def mailbox(self) -> str:
        return self.name.split()[-1].lower()


def _teacher(name: str, school: int, coach: int, *classes: tuple[str, str, str, int]) -> DemoTeacher:
    """Each class as (grade, subject, room, head count)."""
    made = tuple(
        DemoClass(f"Grade {grade} {subject}", grade, subject, room, count)
        for grade, subject, room, count in classes
    )
    return DemoTeacher(name, school, coach, made)


TEACHERS = (
    _teacher("Ms Rivera", 0, 0, ("4", "mathematics", "12", 22), ("4", "science", "12", 22)),
    _teacher("Mr Okafor", 1, 0, ("6", "science", "204", 26)),
    _teacher("Ms Tran", 0, 0, ("2", "reading", "7", 19)),
    _teacher("Ms Haddad", 0, 0, ("3", "writing", "9", 21)),
    _teacher("Mr Silva", 0, 0, ("5", "social studies", "15", 24)),
    _teacher("Ms Kowalski", 0, 0, ("1", "reading", "3", 18)),
    _teacher("Mr Banerjee", 0, 0, ("5", "mathematics", "16", 25)),
    _teacher("Ms Nakamura", 0, 0, ("K", "morning circle", "1", 17)),
    _teacher("Ms Delgado", 0, 1, ("3", "mathematics", "10", 23)),
    _teacher("Mr Lindqvist", 0, 1, ("4", "reading", "13", 20)),
    _teacher("Ms Abara", 0, 1, ("2", "mathematics", "8", 20)),
    _teacher("Mr Petrov", 0, 1, ("5", "science", "17", 24)),
    _teacher("Ms Castellanos", 1, 1, ("6", "English", "210", 27), ("7", "English", "210", 25)),
    _teacher("Mr Whitfield", 1, 1, ("7", "mathematics", "212", 28)),
    _teacher("Ms Yilmaz", 1, 1, ("8", "science", "206", 24)),
    _teacher("Mr Dubois", 1, 1, ("6", "French", "118", 16)),
    _teacher("Ms Okonkwo", 1, 2, ("8", "mathematics", "214", 26), ("8", "algebra", "214", 19)),
    _teacher("Mr Hernandez", 1, 2, ("7", "social studies", "220", 27)),
    _teacher("Ms Fitzgerald", 1, 2, ("6", "mathematics", "211", 25)),
    _teacher("Mr Rahman", 1, 2, ("8", "English", "216", 23)),
    _teacher("Ms Jansen", 1, 2, ("6", "social studies", "221", 26)),
    _teacher("Mr Kim", 1, 2, ("7", "science", "205", 24)),
    _teacher("Ms Morales", 1, 2, ("8", "Spanish", "119", 18)),
    _teacher("Mr Ashworth", 1, 2, ("7", "music", "101", 30)),
)
