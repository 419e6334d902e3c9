"""Pages for applicants (申请人页面)."""
