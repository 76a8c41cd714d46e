"""Families out of a spreadsheet: read (`sheets`), understand (`cells`, `columns`), match and compare
(`registry`, `plans`), put in (`runs`)."""
