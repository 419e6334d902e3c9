"""The alarms on the desk (告警页): new, acknowledged, closed; who, when, why."""
