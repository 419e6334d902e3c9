"""What a rule of quality says, how a row is judged by it, and what becomes of the verdicts (质量规则).

``kinds`` says what rules there are and checks what people write; ``oracle`` judges row by row and is the
definition; ``vectors`` says the same in expressions over whole columns; ``scoring`` makes scores of
verdicts. The six dimensions are those of GB/T 36344-2018.
"""

DIMENSIONS = {
    "conformity": "规范性", "completeness": "完整性", "accuracy": "准确性", "consistency": "一致性",
    "timeliness": "时效性", "accessibility": "可访问性",
}  # fmt: skip
