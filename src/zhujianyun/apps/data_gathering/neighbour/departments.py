"""placeholder"""
from zhujianyun.apps.data_gathering.neighbour.serving import Handler
class Departments(Handler):
    pass
