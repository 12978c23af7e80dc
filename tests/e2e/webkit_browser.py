"""A browser of one window that WebKitWebDriver can start: `python webkit_browser.py FOLDER --automation`.

WebKit's own MiniBrowser keeps nothing on the disk while it is driven. This one keeps all of it in the folder, as
browsers do for people, so that it can be killed and started again.
"""

import ctypes
import sys
from typing import Any

NAME, VERSION = b"MiniBrowser", 2  # the driver starts no session with a browser of another name
Made = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
Started = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


def load() -> Any:
    """GTK, GObject and WebKit by one handle: the last needs the others."""
    library = ctypes.CDLL("libwebkit2gtk-4.1.so.0")
    for name in MADE_BY:
        getattr(library, name).restype = ctypes.c_void_p
    library.webkit_web_view_get_type.restype = ctypes.c_size_t
    return library


MADE_BY = (
    "g_object_new",
    "gtk_window_new",
    "webkit_application_info_new",
    "webkit_web_context_new_with_website_data_manager",
    "webkit_website_data_manager_new",
)


def main(folder: str) -> None:
    webkit = load()
    webkit.gtk_init(None, None)
    place = ctypes.c_char_p(folder.encode())
    manager = webkit.webkit_website_data_manager_new(
        b"base-data-directory", place, b"base-cache-directory", place, None
    )
    context = ctypes.c_void_p(
        webkit.webkit_web_context_new_with_website_data_manager(ctypes.c_void_p(manager))
    )

    @Made
    def make_view(_session: int, _data: int) -> int:
        kind = ctypes.c_size_t(webkit.webkit_web_view_get_type())
        view: int = webkit.g_object_new(
            kind, b"web-context", context, b"is-controlled-by-automation", 1, None
        )
        window = ctypes.c_void_p(webkit.gtk_window_new(0))
        webkit.gtk_window_set_default_size(window, 1180, 820)
        webkit.gtk_container_add(window, ctypes.c_void_p(view))
        webkit.gtk_widget_show_all(window)
        return view

    @Started
    def begin(_context: int, session: int, _data: int) -> None:
        about = ctypes.c_void_p(webkit.webkit_application_info_new())
        webkit.webkit_application_info_set_name(about, NAME)
        webkit.webkit_application_info_set_version(about, VERSION, 0, 0)
        webkit.webkit_automation_session_set_application_info(ctypes.c_void_p(session), about)
        connect(webkit, session, b"create-web-view", make_view)

    connect(webkit, context.value, b"automation-started", begin)
    webkit.webkit_web_context_set_automation_allowed(context, 1)
    webkit.gtk_main()


def connect(webkit: Any, thing: int | None, signal: bytes, heard: Any) -> None:
    webkit.g_signal_connect_data(ctypes.c_void_p(thing), signal, heard, None, None, 0)


if __name__ == "__main__":
    main(sys.argv[1])
