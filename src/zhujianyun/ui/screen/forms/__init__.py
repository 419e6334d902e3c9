"""Forms of widgets (组件形式): what each draws, which indicators and options it takes, how it is drawn.

A form is a data builder, a picture in SVG for paper and pages without script, a table and a sentence
for whoever cannot see it. Importing this package registers all of them.
"""

from zhujianyun.ui.screen.forms import cities, figures, listed, months, spread
from zhujianyun.ui.screen.forms.form import Asked, Form, all_, faults, get

__all__ = ["Asked", "Form", "all_", "cities", "faults", "figures", "get", "listed", "months", "spread"]
